#!/bin/sh
# Starts llama-server once its model file is there, as the start scripts of real nodes do.
MODEL=$1
PORT=$2
LLAMA_WAIT_SECONDS=${LLAMA_WAIT_SECONDS:-30}
waited=0
while [ ! -s "$MODEL" ]; do
  if [ "$waited" -ge "$LLAMA_WAIT_SECONDS" ]; then
    echo "start-llama: no model at $MODEL after ${LLAMA_WAIT_SECONDS}s" >&2
    exit 1
  fi
  [ "$waited" -eq 0 ] && echo "start-llama: waiting for $MODEL (up to ${LLAMA_WAIT_SECONDS}s)" >&2
  sleep 1
  waited=$((waited + 1))
done
exec "$NODE" "$(dirname "$0")/llama-server.mjs" --model "$MODEL" --host 127.0.0.1 --port "$PORT"
