# The file tree of a planted node: this machine's own, with the planted files over it, and room of its own to write.
set -e
interpreter=$1
folder=$2
mount -t tmpfs -o size=64m,nr_inodes=16k tmpfs "$folder/room"
cp -a "$folder/files" "$folder/room/upper"
mkdir "$folder/room/work"
mount -t overlay -o "lowerdir=/,upperdir=$folder/room/upper,workdir=$folder/room/work" overlay "$folder/root"
mount -t proc proc "$folder/root/proc"
mount --rbind /dev "$folder/root/dev"
mount --rbind /sys "$folder/root/sys"
# What a program needs that lies on a mount of its own.
while read -r path; do
  mkdir -p "$folder/root$path"
  mount --bind "$path" "$folder/root$path"
done < "$folder/binds"
exec chroot "$folder/root" "$interpreter" -I -S /opt/situation/first.py
