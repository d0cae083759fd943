/**
 * How each script here begins: messages in English, and ends that tell by their exit code what hindered it.
 *
 * 65: what it stands on is not as it was planned; 73: no room; 77: not permitted; 74: anything else.
 */
export const scriptStart = `
LC_ALL=C; export LC_ALL
end() { printf '%s\\n' "$2" >&2; exit "$1"; }
lost() {
  case $1 in
    *'o space left'* | *'uota exceeded'*) end 73 "$1" ;;
    *'ermission denied'* | *'not permitted'* | *'ead-only file system'*) end 77 "$1" ;;
  esac
  end 74 "$1"
}
`;
