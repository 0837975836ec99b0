#!/bin/sh
# Makes a Thunderbird profile for every account of a CSV file, and reports what failed:
#
#   many-accounts.sh accounts.csv [OPTION...]
#
# Each line is address,name,protocol,days without quotes; days (how long POP3 leaves mail on the server) may
# be empty. The options are given to every account. The profiles come to profiles/, what was found and done to
# reports/, and the lines that failed to failed.csv, which can be given to this script again.
#
# Passwords come from a program that is given the address: SHOW_PASSWORD, or else `pass show`.
set -u

if [ ! -r "${1:-}" ]; then
  echo "Give a list of accounts that can be read: many-accounts.sh accounts.csv" >&2
  exit 2
fi
list=$1
shift
show_password=${SHOW_PASSWORD:-pass show}
carriage_return=$(printf '\r')

set_up() {
  address=$1 name=$2 protocol=$3 days=$4
  shift 4
  if [ -n "$days" ]; then
    set -- --leave-days "$days" "$@"
  fi
  # Without /dev/null, whatever reads stdin would eat the rest of the list.
  mailsetup setup --client thunderbird --profile "profiles/$address" --name "$name" --protocol "$protocol" \
    --password-command "$show_password $address" --client-password --no-input --yes --json "$@" \
    -- "$address" </dev/null >"reports/$address.json" 2>"reports/$address.txt"
}

mkdir -p profiles reports
header=address,name,protocol,days
echo "$header" >failed.new
done=0
failed=0
while IFS=, read -r address name protocol days || [ -n "$address" ]; do
  days=${days%"$carriage_return"}
  case $address in
    address | '' | '#'*) continue ;;
    # No folder can have that name.
    */*) code=2 ;;
    *)
      set_up "$address" "$name" "$protocol" "$days" "$@"
      code=$?
      ;;
  esac
  case $code in
    0) done=$((done + 1)) ;;
    # Ctrl-C is meant for the whole.
    130) exit 130 ;;
    *)
      failed=$((failed + 1))
      echo "$address,$name,$protocol,$days" >>failed.new
      echo "$address: exit code $code; see reports/$address.txt"
      ;;
  esac
done <"$list"
# Only now: the list may be the failed.csv of the last time.
mv failed.new failed.csv
echo "Done: $done. Failed: $failed."
[ $failed -eq 0 ]
