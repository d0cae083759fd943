/** One AMD GPU. Null is what this GPU, kernel or tool does not tell. */
export interface AmdGpu {
  /** `card1` of the kernel, or the number that the tool gives it. */
  readonly name: string;
  readonly busId: string | null;
  /** It saves power, and was not woken to tell more. */
  readonly asleep: boolean;
  readonly memory: { readonly totalBytes: number; readonly usedBytes: number } | null;
  readonly utilizationPercent: number | null;
  /** Celsius at the hottest place of the chip, or at its edge where only that is told, and where the GPU turns itself off. */
  readonly celsius: number | null;
  readonly criticalCelsius: number | null;
  readonly powerWatts: number | null;
  readonly uncorrectedErrors: number | null;
}

/** A GPU that tells nothing. */
export const muteAmdGpu = (name: string): AmdGpu => ({
  name,
  busId: null,
  asleep: false,
  memory: null,
  utilizationPercent: null,
  celsius: null,
  criticalCelsius: null,
  powerWatts: null,
  uncorrectedErrors: null,
});
