import { scriptStart } from './script-start.ts';

/**
 * Takes back phases of a release that is not in use. Words: the path of ComfyUI, the release, a name beside it, the phase
 * from which on it is taken back, then of each custom node its name, and behind \`--\` of each link its path inside.
 *
 * Stamps go first, and the whole release is renamed first: what is ended halfway is never taken for whole.
 */
export const discardRelease = `${scriptStart}
run() { said=$("$@" 2>&1) || lost "$said"; }
path=$1 release=$2 gone=$3 from=$4
shift 4
stamps=\${release:?}/.rackhand
[ -d "$release" ] || [ -d "$gone" ] || end 65 "$release is not there"
[ "$(readlink -f "$path")" != "$(readlink -f "$release")" ] || end 65 "$path leads to it"
for process in /proc/[0-9]*; do
  case $(readlink "$process/cwd")/ in
    "$release"/*) end 65 "process \${process#/proc/} runs in it" ;;
  esac
done
run rm -f "$stamps/validate"
case $from in
  fetch)
    run rm -rf "\${gone:?}"
    [ ! -d "$release" ] || run mv "$release" "$gone"
    run rm -rf "$gone"
    exit 0
    ;;
  environment | torch | requirements)
    run rm -rf "$stamps/environment" "$stamps/torch" "$stamps/requirements" "$stamps"/node-*
    run rm -rf "$release/venv"
    ;;
  nodes) run rm -rf "$stamps"/node-* ;;
esac
links=
for name; do
  if [ "$name" = -- ]; then
    links=yes
  elif [ -z "$links" ]; then
    [ "$from" = paths ] || [ "$from" = validate ] || run rm -rf "$release/custom_nodes/$name"
  elif [ "$from" = paths ]; then
    [ ! -L "$release/$name" ] || run rm "$release/$name"
    [ ! -e "$stamps/kept/$name" ] || run mv "$stamps/kept/$name" "$release/$name"
  fi
done
[ "$from" != paths ] || run rm -f "$release/extra_model_paths.yaml"
`;
