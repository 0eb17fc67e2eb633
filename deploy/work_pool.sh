#!/bin/sh
# Makes the work pool of prefect.yaml with its queues, or brings it in line. Workers take what is in the first queue
# before what is in the next, and no queue's runs take the place of another's: a night never waits for a backfill.
# deploy/work_pool.sh [YEARS]: how many years of a backfill are loaded at once, at most, where the warehouse is a lake.
set -eu
pool=sciculture
prefect work-pool create "$pool" --type process --overwrite
prefect work-pool clear-concurrency-limit "$pool"
queue() {
    prefect work-queue create "$1" --pool "$pool" --priority "$2" --limit "$3" 2>/dev/null ||
        prefect work-queue set-concurrency-limit "$1" "$3" --pool "$pool"
}
queue nights 1 1
queue backfills 2 1
queue years 3 "${1:-4}"
