#!/usr/bin/env bash
# Install this version, for use and not for work on it: deploy/install.sh [--scale] TARGET [PYTHON]
# --scale: also what several machines need that share the work or the warehouse (docs/scale.md).
# TARGET becomes a Python environment of its own with `sciculture` in its bin/; the checkout is not needed afterwards.
# An upgrade is the same command again: what stood there is replaced once the new one is complete.
set -euo pipefail
lock=runtime.lock
if [ "${1:-}" = --scale ]; then
    lock=scale.lock
    shift
fi
target=$(realpath -m "${1:?which folder? deploy/install.sh /opt/sciculture}")
python=${2:-python3}
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy

# uv and setuptools, by their hashes, into an environment that only builds.
"$python" -m venv "$work/tools"
"$work/tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r "$source/requirements/bootstrap.lock"
uv=$work/tools/bin/uv

# The wheel, from a copy: building leaves nothing in the checkout.
mkdir "$work/source"
(cd "$source" && cp -r expectations flows maps requirements sql src pyproject.toml setup.py README.md "$work/source/")
"$uv" build --quiet --wheel --no-build-isolation --python "$work/tools/bin/python" --out-dir "$work/wheel" "$work/source"

# What it needs, by hashes, then the wheel itself.
new=$target.new
rm -rf "$new"
"$python" -m venv "$new"
"$uv" pip install --quiet --python "$new/bin/python" --compile-bytecode --no-deps --require-hashes \
    -r "$source/requirements/$lock"
"$uv" pip install --quiet --python "$new/bin/python" --compile-bytecode --no-deps "$work"/wheel/*.whl
# The commands name their interpreter by its path.
grep -rlIF "$new" "$new/bin" "$new/pyvenv.cfg" | xargs sed -i "s|$new|$target|g"

rm -rf "$target.old"
[ ! -e "$target" ] || mv "$target" "$target.old"
mv "$new" "$target"
rm -rf "$target.old"
"$target/bin/sciculture" --help >/dev/null
echo "installed: $target/bin/sciculture"
