import { scriptStart } from './script-start.ts';

/**
 * Makes the environment of a release anew: an environment can not be renamed, so that one without its stamp is half of
 * one. Words: uv or pip, the Python, the release.
 */
export const makeEnvironment = `${scriptStart}
umask 022
tool=$1 python=$2 release=$3
stamps=$release/.rackhand venv=$release/venv
run() { said=$("$@" 2>&1) || lost "$said"; }
[ -f "$stamps/fetch" ] || end 65 'the release is not fetched'
run rm -rf "$venv" "$stamps/environment" "$stamps/torch" "$stamps/requirements" "$stamps/validate" "$stamps"/node-*
if [ "$tool" = uv ]; then
  run uv venv --quiet --python "$python" "$venv"
else
  command -v "$python" >/dev/null || end 74 "$python: not found"
  run "$python" -m venv "$venv"
fi
run "$venv/bin/python" -c 'import ssl, sys; print(sys.version.split()[0])'
said=$({ printf '%s\\n' "$said" >"$stamps/environment"; } 2>&1) || lost "$said"
`;
