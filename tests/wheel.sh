#!/bin/sh
# Builds the wheel, installs it as a user would, with pipx and without a package of the developers, and runs it.
# Fetches what mailsetup needs from the package index, in the versions of the lock.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

.venv/bin/python -m hatchling build -t wheel -d "$folder" >/dev/null 2>&1
wheel=$(echo "$folder"/*.whl)
# pipx cannot tell pip the hash of a wheel that was just built, so the lock's hashes are left out here.
sed -e '/--hash/d' -e 's/ \\$//' requirements-dev.txt >"$folder/versions.txt"

home=$folder/home
mkdir "$home"
cd "$home"
# pip keeps the settings of whoever runs this, which may say where the packages are.
PIPX_HOME="$home/pipx" PIPX_BIN_DIR="$home/bin" PIPX_MAN_DIR="$home/man" pipx install --python "$python" \
  --pip-args "--quiet --disable-pip-version-check --constraint $folder/versions.txt" "$wheel" >"$folder/told" 2>&1 ||
  { cat "$folder/told"; exit 1; }

# The program has nothing of theirs.
bare() { env -i HOME="$home" PATH="$home/bin:/usr/bin:/bin" LANG=C.UTF-8 "$@"; }
bare mailsetup --version
bare mailsetup schema discovery | grep -q '"\$ref"\|"\$defs"'
bare mailsetup completions zsh | cmp - "$root/completions/_mailsetup"
bare mailsetup doctor --nameserver 127.0.0.1:9 --timeout 1 | grep -q ' mailsetup '
# The servers of the demo are an extra, and its absence is told, not thrown.
if bare mailsetup demo 2>"$folder/told"; then exit 1; fi
grep -q 'extra “demo”' "$folder/told"
find "$home/pipx" -path '*share/man/man1/mailsetup.1' | grep -q .
if find "$home/pipx" -type d -name pytest | grep -q .; then exit 1; fi
echo "the wheel installs and runs"
