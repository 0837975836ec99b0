#!/bin/sh
# The unit tests on every Python from 3.11 on that is found, or on those of $PYTHONS, each in an environment
# of its own; fetches packages.
set -eu
cd "$(dirname "$0")/.."

found() {
  for minor in 11 12 13 14 15; do
    # A shim of pyenv may stand for a version that it does not start.
    for python in "python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$minor."*/bin/python; do
      if "$python" -c '' 2>/dev/null; then
        echo "$python"
        break
      fi
    done
  done
}

for python in ${PYTHONS:-$(found)}; do
  version=$("$python" -c 'import platform; print(platform.python_version())')
  echo "Python $version"
  bin=build/pythons/$version/bin
  "$python" -m venv --clear "build/pythons/$version"
  "$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
  "$bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  "$bin/python" -m pytest -q -n auto ${TESTS:-tests/unit}
done
