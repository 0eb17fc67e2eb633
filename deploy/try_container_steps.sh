#!/usr/bin/env bash
# Does what deploy/Containerfile does, in a folder instead of an image, and tries what came out of it there.
# deploy/try_container_steps.sh [FOLDER]
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$(realpath -m "${1:-$(mktemp -d)}")
mkdir -p "$folder/home"

# COPY . /source: what .containerignore leaves in.
mkdir -p "$folder/source"
tar -C "$source" --exclude-from="$source/.containerignore" -cf - . | tar -C "$folder/source" -xf -

# Every RUN of the first stage, with the folder before its paths.
sed -n '/ AS build$/,/^FROM [^ ]*$/s/^RUN //p' "$source/deploy/Containerfile" | while read -r step; do
    step=${step//\/source/$folder/source}
    step=${step//\/opt\//$folder/opt/}
    echo "+ $step"
    mkdir -p "$folder/opt"
    bash -euc "$step"
done

# The second stage: another user's empty home, nothing of the checkout, nothing of this shell's environment.
rm -rf "$folder/source"
cp "$source/prefect.yaml" "$source/deploy/work_pool.sh" "$folder/opt/sciculture/"
cd "$folder/home"
clean() { env -i PATH="$folder/opt/sciculture/bin:/usr/bin:/bin" HOME="$folder/home" LANG=C.UTF-8 PYTHONUNBUFFERED=1 "$@"; }
clean sciculture sample --years 2020 --dataset voucher_usage --out inbox
clean sciculture run || [ $? -eq 3 ]
clean sciculture doctor --quick || [ $? -eq 3 ]
clean prefect version >/dev/null
echo "the steps of deploy/Containerfile work: $folder"
