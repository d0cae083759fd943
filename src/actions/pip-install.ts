/**
 * Removes what an installation that was ended halfway has left: the metadata of packages whose files are not all there in
 * their size, so that pip takes them for missing. Source: the RECORD of PEP 376.
 */
const mend = `
import os, pathlib, shutil, sysconfig
from importlib.metadata import PathDistribution
for folder in pathlib.Path(sysconfig.get_paths()["purelib"]).glob("*.dist-info"):
    dist = PathDistribution(folder)
    def whole(file):
        path = dist.locate_file(file)
        return file.suffix == ".pyc" or os.path.exists(path) and file.size in (None, os.path.getsize(path))
    if not dist.files or not all(map(whole, dist.files)):
        shutil.rmtree(folder)
`;

/**
 * Installs packages into the environment `$venv` of `$release` by `$tool`, after what is broken there was taken out. What
 * is unpacked on the way lies beside it, as /tmp may be too small for a torch.
 */
export const pipInstall = `
mend() {
  TMPDIR=$release/.rackhand/tmp
  export TMPDIR
  run rm -rf "$TMPDIR"
  run mkdir "$TMPDIR"
  trap 'rm -rf "$TMPDIR"' EXIT
  run "$venv/bin/python" -c '${mend}'
}
add_packages() {
  if [ "$tool" = uv ]; then
    uv pip install --quiet --python "$venv/bin/python" "$@"
  else
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@"
  fi
}
`;
