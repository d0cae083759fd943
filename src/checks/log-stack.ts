// A frame of a stack, as the program that prints it writes it; frames that are indented need no rule of their own.
const frames: readonly RegExp[] = [
  // gdb and boost; torch and c10.
  /^\s*(?:#\d{1,4}|\d{1,4}#|frame #\d{1,4}:)\s+\S/,
  // glog and absl.
  /^\s*@\s+0x[0-9a-f]+/,
  // backtrace_symbols(3).
  /^\S{0,512}\([^\s()]{0,512}\) ?\[0x[0-9a-f]+\]/,
  // The kernel.
  /^[\s?]*[\w.]{1,128}\+0x[0-9a-f]+\/0x[0-9a-f]+/,
  // What gdb says when ggml calls it; Go.
  /^\[(?:New LWP|Thread debugging|Inferior) |^Thread \d+ |^goroutine \d+ \[/,
];

// Lines that only go on with what the line before them began.
const more: readonly RegExp[] = [
  /^\s*what\(\):\s/,
  /^CUDA kernel errors might be asynchronously|^For debugging consider passing CUDA_LAUNCH_BLOCKING|^Compile with `TORCH_USE_CUDA_DSA`/,
  /^Exception raised from |^C\+\+ (?:CapturedTraceback|call stack)/,
  /^(?:PC|RIP|Code|R[A-Z0-9]{2}): /,
  // Exception groups of Python.
  /^\s*[|+][\s-]/,
];

/** A frame of a C++, CUDA, Go or kernel stack; without what a manager or logger put before it. */
export const isFrame = (line: string): boolean => frames.some((frame) => frame.test(line));

/** It goes on with the line before it. */
export const goesOn = (line: string): boolean => /^\s+\S/.test(line) || more.some((one) => one.test(line));
