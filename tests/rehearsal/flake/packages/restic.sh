#!/bin/sh
echo "restic @version@: snapshot of $* saved"
