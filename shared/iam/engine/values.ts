/** A decimal number. `undefined` for texts whose meaning AWS does not document, such as `0x10`, `1e3` or `Infinity`. */
export const toNumber = (text: string): number | undefined =>
  /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;

/** `true` or `false`, in any letter case. */
export function toBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/**
 * Parses a date, and returns milliseconds since 1970. Only these forms have a documented meaning; for others it returns
 * `undefined`:
 * - W3C's profile of ISO 8601: `2026`, `2026-03`, `2026-03-02`, `2026-03-02T09:30Z`, `2026-03-02T09:30:00.5+01:00`
 * - seconds since 1970. A number of four digits is a year
 * Source: "IAM JSON policy elements: Condition operators", date condition operators.
 */
export function toInstant(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000;
  const fields = w3cDate.exec(text);
  if (fields === null) return undefined;
  const [, year = '', month = '01', day = '01', hour, minute, second = '00', fraction = '', zone = 'Z'] =
    fields;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (hour === undefined || minute === undefined) return date;
  const offset = toOffset(zone);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || offset === undefined)
    return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second) + Number(`0${fraction}`);
  return date + seconds * 1000 - offset;
}

const w3cDate =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

/** Whether the day exists. `Date.UTC` accepts 30 February and returns a day in March. */
const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);

const daysIn = (year: number, month: number): number =>
  (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / 86_400_000;

function toOffset(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
