#!/bin/sh
# Takes jobs from a queue that is always empty.
echo "job-worker @version@: queue $QUEUE, ${THREADS:-1} thread(s)"
while :; do
  /usr/bin/sleep 3600 &
  wait $!
done
