import { gitCheckout } from './git-checkout.ts';
import { scriptStart } from './script-start.ts';

/**
 * Fetches a release into a folder that is renamed when all of it is there. Words: from where, the URL of its origin, the
 * ref, the folder of the release, the folder that it is made in.
 *
 * What one that was ended halfway has left is begun anew.
 */
export const fetchRelease = `${scriptStart}${gitCheckout}
umask 022
target=$4 made=$5
[ ! -e "$target" ] && [ ! -L "$target" ] || end 65 "something stands at $target"
run mkdir -p "\${made%/*}"
run rm -rf "$made"
checkout "$1" "$2" "$3" "$made"
[ -f "$made/main.py" ] || end 66 "$3 of $1 holds no main.py: it is no ComfyUI"
run mkdir "$made/.rackhand"
said=$({ printf '%s\\n' "$commit" >"$made/.rackhand/fetch"; } 2>&1) || lost "$said"
run mv "$made" "$target"
`;
