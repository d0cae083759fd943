import { scriptStart } from './script-start.ts';

/**
 * Puts a file for a service manager in its place and has that take up some of what it holds, or leaves the file as it was.
 *
 * Words: the file, the beginning of a name for what is being made, where its content now is kept, where the next one comes
 * from (the input, when empty), the sha256 that it has and the one that it is to have (`none`: no file), `do` or `undo`,
 * which removes what was kept, the manager, its home or configuration, the node and the pm2 to call, the names to take up,
 * with commas between, and then the names to give up. pm2 is called with hardly any environment, for its apps get that.
 */
export const loadInstances = `${scriptStart}umask 022
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
path=$1 made=$2 save=$3 from=$4 was=$5 will=$6 way=$7 manager=$8
shift 8
place=$1 node=$2 program=$3 only=$4
shift 4
temp=$made$$
trap 'rm -f "$temp"' EXIT
trap 'exit 143' TERM
trap 'exit 129' HUP INT PIPE
sum() {
  sum=none
  [ -e "$1" ] || return 0
  said=$({ sha256sum <"$1"; } 2>&1) || lost "$said"
  sum=\${said%% *}
}
[ ! -L "$path" ] || end 65 'it is a link now'
sum "$path"
[ "$sum" = "$was" ] || end 65 'its content is another now'
if [ "$manager" = pm2 ] && [ -e "$place" ]; then
  [ "$(stat -c %u "$place")" = "$(id -u)" ] || end 77 "$place belongs to another user: log in as that user"
fi
rm -f "$made"*
if [ "$was" != "$will" ]; then
  if [ "$was" != none ]; then said=$(cp -p "$path" "$save" 2>&1) || lost "$said"; fi
  if [ "$will" = none ]; then
    said=$(rm -f "$path" 2>&1) || lost "$said"
  else
    said=$({ if [ -n "$from" ]; then cat "$from"; else cat; fi >"$temp"; } 2>&1) || lost "$said"
    if [ "$was" != none ]; then
      said=$(chown "$(stat -c %u:%g "$path")" "$temp" 2>&1 && chmod "$(stat -c %a "$path")" "$temp" 2>&1) || lost "$said"
    fi
    said=$(dd if=/dev/null of="$temp" conv=notrunc,fsync 2>&1) || lost "$said"
    sum "$temp"
    [ "$sum" = "$will" ] || end 74 'what was written is not what was meant'
    said=$(mv -f "$temp" "$path" 2>&1) || lost "$said"
  fi
fi
pm2() {
  if [ -n "$program" ]; then set -- "$node" "$program" "$@"; else set -- pm2 "$@"; fi
  env -i HOME="$HOME" USER="$USER" LOGNAME="$LOGNAME" PATH="$PATH" PM2_HOME="$place" "$@" </dev/null
}
ctl() { supervisorctl -c "$place" "$@" </dev/null; }
load() {
  if [ "$manager" = pm2 ]; then
    for name; do said=$(pm2 delete "$name" 2>&1) || return 1; done
    if [ -n "$only" ]; then said=$(pm2 startOrReload "$path" --only "$only" 2>&1) || return 1; fi
    said=$(pm2 save --force 2>&1) || return 1
  else
    said=$(ctl reread 2>&1) || return 1
    names=$(printf '%s' "$only" | tr , ' ')
    said=$(ctl update $names "$@" 2>&1) || return 1
    for name in $names; do
      case $(ctl status "$name" 2>&1) in
        *' RUNNING '* | *' STARTING '*) ;;
        *) said=$(ctl start "$name" 2>&1) || return 1 ;;
      esac
    done
  fi
}
if ! load "$@"; then
  why=$said
  if [ "$was" = none ]; then rm -f "$path"; elif [ "$was" != "$will" ]; then cp -p "$save" "$path"; fi
  end 74 "$why"
fi
if [ "$way" = undo ]; then
  [ -z "$from" ] || rm -f "$from"
  rm -f "$save"
fi
`;
