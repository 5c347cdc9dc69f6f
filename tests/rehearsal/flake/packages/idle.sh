#!/bin/sh
echo "$(/usr/bin/basename "$0") @version@ ready"
exec /usr/bin/sleep infinity
