/**
 * Makes a folder hold a branch, a tag or a commit of a repository; `$commit` is then which. Words: from where, the URL that
 * it is to know as its origin, the ref, the folder, which must not be there.
 *
 * A commit that no branch leads to is asked for by itself. A path with a `:` in it is a path, and no option.
 */
export const gitCheckout = `
run() { said=$("$@" 2>&1) || lost "$said"; }
found() {
  for candidate in "refs/tags/$2" "refs/remotes/origin/$2" "$2"; do
    commit=$(git -C "$1" rev-parse --verify --quiet "$candidate^{commit}") && return 0
  done
  git -C "$1" fetch --quiet origin "$2" >/dev/null 2>&1 || return 1
  commit=$(git -C "$1" rev-parse --verify --quiet 'FETCH_HEAD^{commit}')
}
checkout() {
  command -v git >/dev/null || end 74 'git: not found'
  run git clone --quiet --no-checkout -- "$1" "$4"
  found "$4" "$3" || end 66 "there is no branch, tag or commit $3 in $1"
  run git -C "$4" -c advice.detachedHead=false checkout --quiet --detach "$commit"
  run git -C "$4" remote set-url origin "$2"
}
`;
