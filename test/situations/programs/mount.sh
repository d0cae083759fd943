# The file tree of a planted node: this machine's own, with the planted files over it, and room of its own to write.
set -e
interpreter=$1
folder=$2
root=$folder/root
mount -t tmpfs -o "size=$3,nr_inodes=16k" tmpfs "$folder/room"
cp -a "$folder/files" "$folder/room/upper"
mkdir "$folder/room/work"
# Who changes this machine meanwhile, as other tests do, locks it there: that is no lock of the node.
for place in run/lock tmp; do
  mkdir -p "$folder/room/upper/$place"
  chmod 1777 "$folder/room/upper/$place"
  "$interpreter" -IS -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.overlay.opaque", b"y")' "$folder/room/upper/$place"
done
mount -t overlay -o "lowerdir=/,upperdir=$folder/room/upper,workdir=$folder/room/work" overlay "$root"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
# How busy this machine is with other tests is nothing that the node should be judged by.
calm=$folder/room/upper/opt/situation/calm
mount --bind "$calm/loadavg" "$root/proc/loadavg"
[ ! -e /proc/pressure/cpu ] || mount --bind "$calm/pressure" "$root/proc/pressure"
# Devices of its own, and only harmless ones.
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for device in null zero full random urandom tty fuse; do
  [ ! -e "/dev/$device" ] || cp -a "/dev/$device" "$root/dev/$device"
done
# What a program needs that lies on a mount of its own.
while read -r path; do
  mkdir -p "$root$path"
  mount --bind "$path" "$root$path"
done < "$folder/binds"
exec chroot "$root" "$interpreter" -I -S /opt/situation/first.py
