/** How much of the end of a log tells: checks that read the same end share one question. */
export const logTailBytes = 32_768;
