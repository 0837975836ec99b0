"""Providers of Russia, Ukraine, China, Korea, Japan and Australia."""

from mailsetup.discovery.providers.record import (
    FAIREMAIL,
    LOCAL_PART,
    MX_SEEN,
    OAUTH2_FIRST,
    QUILLBOX,
    Kind,
    Note,
    Provider,
    Source,
    at,
    ispdb,
    ispdb_of,
    provider_db,
)

_EXMAIL_PAGE = "https://www.topmailsender.com/en/youxiang/205-tengxun-qiyeyouxiang-tencent-enterprise-mailbox"

PROVIDERS = (
    Provider(
        name="Yandex Mail",
        domains="yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru narod.ru",
        mx="yandex.net",
        servers=at(imap="imap.yandex.com", pop3="pop.yandex.com", smtp="smtp.yandex.com"),
        notes=(Note(Kind.SWITCH_ON, "https://yandex.com/support/mail/mail-clients/others.html"),),
        sources=(ispdb("yandex.ru.xml"), provider_db("yandex.ru"), MX_SEEN),
    ),
    Provider(
        name="Mail.ru",
        domains="mail.ru inbox.ru list.ru bk.ru",
        mx="mail.ru",
        servers=(
            *at(imap="imap.mail.ru", pop3="pop.mail.ru", auth=OAUTH2_FIRST),
            *at(smtp="smtp.mail.ru"),
        ),
        notes=(Note(Kind.APP_PASSWORD, "https://help.mail.ru/mail/security/protection/external"),),
        sources=(ispdb("mail.ru.xml"), provider_db("mail.ru")),
    ),
    Provider(
        name="VK",
        domains="vk.com",
        servers=at(imap="imap.mail.ru", smtp="smtp.mail.ru"),
        notes=(Note(Kind.APP_PASSWORD, "https://account.mail.ru/user/2-step-auth/passwords/"),),
        sources=(provider_db("vk.com"),),
    ),
    Provider(
        name="Rambler",
        domains="rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru rambler.ua",
        servers=at(imap="imap.rambler.ru", pop3="pop.rambler.ru", smtp="smtp.rambler.ru"),
        notes=(Note(Kind.SWITCH_ON, "https://help.rambler.ru/mail/mail-nastrojki-pochtovogo-yashika/2129/"),),
        sources=(ispdb_of("rambler.ru.xml", "4de464f"), provider_db("rambler.ru"), FAIREMAIL),
    ),
    Provider(
        name="UKR.NET",
        domains="ukr.net",
        servers=at(imap="imap.ukr.net", smtp="smtp.ukr.net"),
        notes=(Note(Kind.SWITCH_ON, "https://wiki.ukr.net/ManageIMAPAccess"),),
        sources=(provider_db("ukr.net"),),
    ),
    Provider(
        name="QQ Mail",
        domains="qq.com foxmail.com",
        servers=at(imap="imap.qq.com", pop3="pop.qq.com", smtp="smtp.qq.com"),
        notes=(
            Note(Kind.APP_PASSWORD, "https://service.mail.qq.com/cgi-bin/help?subtype=1&id=28&no=331"),
            Note(Kind.SWITCH_ON, "https://service.mail.qq.com/cgi-bin/help?subtype=1&id=28&no=331"),
        ),
        sources=(
            ispdb_of("qq.com.xml", "9951bf2"),
            provider_db("qq"),
            Source("https://cloud.kd.cn/ask/9658.html"),
        ),
    ),
    Provider(
        name="Tencent Exmail",
        mx="mxbiz1.qq.com mxbiz2.qq.com",
        servers=at(imap="imap.exmail.qq.com", smtp="smtp.exmail.qq.com"),
        notes=(
            Note(Kind.APP_PASSWORD, _EXMAIL_PAGE),
            Note(Kind.SWITCH_ON, _EXMAIL_PAGE),
        ),
        sources=(
            Source("https://github.com/MailCore/mailcore2/blob/0059309/resources/providers.json"),
            Source(_EXMAIL_PAGE),
        ),
    ),
    Provider(
        name="163 Mail (NetEase)",
        domains="163.com",
        servers=at(imap="imap.163.com", pop3="pop.163.com", smtp="smtp.163.com"),
        notes=(
            Note(Kind.APP_PASSWORD, "https://mail.163.com/"),
            Note(Kind.SWITCH_ON, "https://mail.163.com/"),
        ),
        sources=(provider_db("163"), Source("https://cloud.kd.cn/ask/62494.html")),
    ),
    Provider(
        name="126 Mail (NetEase)",
        domains="126.com",
        servers=at(imap="imap.126.com", smtp="smtp.126.com"),
        notes=(
            Note(Kind.APP_PASSWORD, "https://mail.126.com/"),
            Note(Kind.SWITCH_ON, "https://mail.126.com/"),
        ),
        sources=(ispdb("126.com.xml"), provider_db("163")),
    ),
    Provider(
        name="Aliyun Mail",
        domains="aliyun.com",
        servers=at(imap="imap.aliyun.com", smtp="smtp.aliyun.com"),
        sources=(provider_db("aliyun"), QUILLBOX),
    ),
    Provider(
        name="Alibaba Mail (enterprise)",
        mx="qiye.aliyun.com mxhichina.com",
        servers=at(imap="imap.qiye.aliyun.com", smtp="smtp.qiye.aliyun.com"),
        notes=(Note(Kind.SWITCH_ON, "https://help.aliyun.com/document_detail/36687.html"),),
        sources=(
            Source("https://help.aliyun.com/en/document_detail/36710.html"),
            Source("https://help.aliyun.com/document_detail/36687.html"),
        ),
    ),
    Provider(
        name="Naver",
        domains="naver.com",
        servers=at(imap="imap.naver.com", pop3="pop.naver.com", smtp="smtp.naver.com"),
        notes=(
            Note(Kind.SWITCH_ON, "https://help.naver.com/service/30029/contents/21342?osType=PC&lang=ko"),
        ),
        sources=(ispdb_of("naver.com.xml", "0cd708a"), provider_db("naver")),
    ),
    Provider(
        name="Daum",
        domains="daum.net",
        servers=at(imap="imap.daum.net", smtp="smtp.daum.net"),
        sources=(ispdb_of("daum.net.xml", "0535a73"), QUILLBOX),
    ),
    Provider(
        name="Yahoo! JAPAN Mail",
        domains="yahoo.co.jp",
        servers=at(
            imap="imap.mail.yahoo.co.jp",
            pop3="pop.mail.yahoo.co.jp",
            smtp="smtp.mail.yahoo.co.jp",
            user=LOCAL_PART,
        ),
        sources=(ispdb("yahoo.co.jp.xml"), FAIREMAIL),
    ),
    Provider(
        name="SoftBank",
        domains="i.softbank.jp",
        servers=at(imap="imap.softbank.jp", smtp="smtp.softbank.jp", user=LOCAL_PART),
        sources=(ispdb("i.softbank.jp.xml"),),
    ),
    Provider(
        name="Telstra",
        domains="bigpond.com bigpond.net.au telstra.com bigpond.net",
        servers=at(imap="imap.telstra.com", pop3="pop.telstra.com", smtp="smtp.telstra.com"),
        sources=(ispdb_of("bigpond.com.xml", "4de464f"), FAIREMAIL),
    ),
)
