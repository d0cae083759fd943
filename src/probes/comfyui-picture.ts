import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { defineProbe } from '../core/probe.ts';

/** What the head of a picture says. Source: the PNG specification, sections 5.2 and 11.2.2. */
export type ComfyuiPicture =
  | { readonly is: 'png'; readonly width: number; readonly height: number; readonly bytes: number }
  | { readonly is: 'other'; readonly bytes: number }
  | { readonly is: 'unread'; readonly errno: string };

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The signature, and the first chunk, which must be IHDR. */
const headBytes = 33;

export const comfyuiPicture = defineProbe({
  name: 'comfyui.picture',
  summary: 'Whether a file is a picture in PNG, and its size',
  command: ({ path, become }: { readonly path: string; readonly become: 'sudo' | undefined }) =>
    read(path, { bytes: headBytes, become }),
  parse(reply: ReadFound | FileTrouble): ComfyuiPicture {
    if (!reply.ok) return { is: 'unread', errno: reply.errno };
    const { bytes, size } = reply;
    const isPng = bytes.length === headBytes && signature.every((byte, at) => bytes[at] === byte);
    if (!isPng || new TextDecoder().decode(bytes.subarray(12, 16)) !== 'IHDR') return { is: 'other', bytes: size };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { is: 'png', width: view.getUint32(16), height: view.getUint32(20), bytes: size };
  },
});
