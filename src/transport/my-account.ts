import { homedir, userInfo } from 'node:os';

/** Who we are on this machine, as ssh sees it: the home of the password database, not of $HOME. */
export function myAccount(): { readonly user: string; readonly home: string; readonly uid: number } {
  try {
    const { username, homedir: home, uid } = userInfo();
    return { user: username, home, uid };
  } catch {
    // A container may run as a uid that has no entry.
    return { user: process.env['USER'] ?? 'root', home: homedir(), uid: process.getuid?.() ?? 0 };
  }
}
