#!/bin/bash
# A stand-in for what the init script of mmartial/comfyui-nvidia-docker does to its folders, written from what it is
# known to do: it holds Rackhand's preflight to the truth. It installs nothing, and what it makes is empty.
# Arguments: user id and group id wanted, and BASE_DIRECTORY or "-". Run as that user.
set -e
uid=$1 gid=$2 base=$3
die() {
  echo "!! ERROR: $*"
  exit 1
}
folder_ok() {
  [ -d "$1" ] || die "Directory $1 not found (or not a directory)"
  local is hint
  is=$(stat -c %u:%g "$1")
  if [ "$is" != "$uid:$gid" ]; then
    hint=" -- recommended to start with the FORCE_CHOWN=yes environment varable enabled"
    [ -z "$2" ] || hint=" -- FORCE_CHOWN will not work for this folder, it is a PATH mounted at container startup and requires a manual fix: chown -R $uid:$gid foldername"
    die "Directory $1 owned by unexpected user/group, expected $uid:$gid, actual $is$hint"
  fi
  [ -w "$1" ] || die "Directory $1 not writeable"
  [ -x "$1" ] || die "Directory $1 not executable"
  [ -r "$1" ] || die "Directory $1 not readable"
  : >>"$1/.testfile" || die "Failed to write to $1"
}

if [ "$base" != - ] && [ ! -d "$base" ]; then die "BASE_DIRECTORY requested but not found or not a directory ($base)"; fi
run=/comfy/mnt
folder_ok $run mount
for name in pip_cache tmp; do
  if [ -d $run/$name ]; then folder_ok $run/$name; fi
done
cd $run
if [ ! -d ComfyUI ]; then
  { mkdir ComfyUI && mkdir ComfyUI/models ComfyUI/input ComfyUI/output ComfyUI/custom_nodes; } || die "ComfyUI clone failed"
fi
folder_ok $run/ComfyUI
if [ "$base" != - ]; then folder_ok "$base" mount; fi
if [ ! -d $run/HF ]; then mkdir -p $run/HF || die "subscript failed"; fi
folder_ok $run/HF
if [ -d $run/venv ]; then folder_ok $run/venv; fi
if [ ! -d venv ]; then mkdir -p venv/bin || die "Virtualenv creation failed"; fi
folder_ok $run/venv
if [ "$base" != - ]; then
  for name in models input output temp user custom_nodes; do
    from=$run/ComfyUI/$name
    to=$base/$name
    if [ ! -d "$to" ]; then
      if [ -d $from ]; then
        mv $from "$to" || die "Failed to move $from to $to"
      else
        mkdir -p "$to" || die "Failed to create $to"
      fi
    fi
    folder_ok "$to"
  done
  seen=
  for each in $base/models/*; do
    # Not quoted, as there: a name with a blank is no folder to it.
    if [ -d $each ]; then seen="$seen ${each##*/}"; fi
  done
  for name in $(printf '%s\n' $seen checkpoints loras vae configs clip_vision style_models diffusers vae_approx gligen upscale_models embeddings hypernetworks photomaker classifiers | LC_ALL=C sort -u); do
    each=$base/models/$name
    if [ ! -d $each ]; then mkdir -p $each || die "Failed to create $each"; fi
    folder_ok $each
  done
fi
echo "++ all folders are as they must be"
