import { pipInstall } from './pip-install.ts';
import { scriptStart } from './script-start.ts';

/** The versions of packages, so that nothing that is installed later replaces them by others. */
const versions = `
import sys
from importlib.metadata import version
for name in sys.argv[1].split():
    print(name + "==" + version(name))
`;

/**
 * Installs packages into the environment of a release. Words: uv or pip, the release, the stamp, names whose versions are
 * to be held from now on, and the words for pip.
 */
export const installPackages = `${scriptStart}${pipInstall}
umask 022
run() { said=$("$@" 2>&1) || lost "$said"; }
tool=$1 release=$2 stamp=$2/.rackhand/$3 names=$4
venv=$release/venv
shift 4
[ -f "$release/.rackhand/environment" ] || end 65 'the release has no environment'
run rm -f "$stamp"
mend
run add_packages "$@"
run "$venv/bin/python" -c '${versions}' "$names"
said=$({ printf '%s\\n' "$said" >"$stamp.new"; } 2>&1) || lost "$said"
run mv -f "$stamp.new" "$stamp"
`;
