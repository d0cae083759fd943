/** From when to when, as people read it: `2026-11-21 09:00:01 to 09:05:13 UTC`. Epoch ms. */
export function spanText(firstMs: number, lastMs: number): string {
  const [first, last] = [firstMs, lastMs].map((time) => new Date(time).toISOString().slice(0, 19).split('T'));
  const [day = '', clock = ''] = first ?? [];
  const [lastDay = '', lastClock = ''] = last ?? [];
  const end = day === lastDay ? lastClock : `${lastDay} ${lastClock}`;
  return `${day} ${clock}${day === lastDay && clock === lastClock ? '' : ` to ${end}`} UTC`;
}
