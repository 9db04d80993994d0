#!/bin/sh
# deploy.sh NAME NEW OLD: replaces the running job NAME by the program NEW. If NEW does not come up, OLD goes on
# from where the job was stopped, and the exit status is 1.
set -eu
name=$1 new=$2 old=$3

# A savepoint while the job runs, and whether it fits the new program: so far nothing has changed.
# (Flink before 1.17 does not tell it of chained operators: there leave preflight out.)
before=$(savepointctl trigger "$name" --timeout 30m)
savepointctl preflight "$before" --jar "$new"

# From here on the job is down.
savepoint=$(savepointctl stop "$name" --timeout 30m)
job=$(savepointctl restore "$savepoint" --jar "$new" --detached) || job=
if [ -n "$job" ] && savepointctl wait "$job" --running --from "$savepoint" --timeout 5m; then
    savepointctl dispose --yes "$before"
    exit 0
fi

# Roll back. What did not come up must not go on trying.
if [ -n "$job" ]; then savepointctl cancel "$job" || true; fi
savepointctl restore "$savepoint" --jar "$old"
exit 1
