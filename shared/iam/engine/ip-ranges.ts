/** The bytes of an IP address: 4 for IPv4, 16 for IPv6. */
type Bytes = readonly number[];

/**
 * Whether an IPv4 or IPv6 range in CIDR notation contains an address. `undefined` if the range or the address cannot be
 * parsed. An IPv4 range contains no IPv6 address, and an IPv6 range no IPv4 address. An IPv4 address without a prefix
 * length means this address alone. For an IPv6 address without a prefix length, AWS documents a default of /32, which
 * makes little sense. So the answer is certain only for the address itself and for addresses outside /32, and otherwise
 * `undefined`. Source: "IAM JSON policy elements: Condition operators", IP address condition operators.
 */
export function isInRange(range: string, address: string): boolean | undefined {
  const [base = '', prefix, ...more] = range.split('/');
  const [network, given] = [toBytes(base), toBytes(address)];
  if (network === undefined || given === undefined || more.length > 0) return undefined;
  const bits = network.length * 8;
  if (prefix === undefined) {
    const isSame = network.length === given.length && sharePrefix(network, given, bits);
    return isSame || bits === 32 || !sharePrefix(network, given, 32) ? isSame : undefined;
  }
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) return undefined;
  return network.length === given.length && sharePrefix(network, given, Number(prefix));
}

function sharePrefix(one: Bytes, other: Bytes, bits: number): boolean {
  const whole = Math.floor(bits / 8);
  const rest = 256 - 2 ** (8 - (bits % 8));
  return (
    one.slice(0, whole).every((byte, index) => byte === other[index]) &&
    ((one[whole] ?? 0) & rest) === ((other[whole] ?? 0) & rest)
  );
}

const toBytes = (text: string): Bytes | undefined =>
  text.includes(':') ? toIpv6Bytes(text) : toIpv4Bytes(text);

function toIpv4Bytes(text: string): Bytes | undefined {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)
    ? octets.map(Number)
    : undefined;
}

/**
 * Parses an IPv6 address, such as `2001:db8::1`. Its last two groups may be written as an IPv4 address (RFC 4291,
 * section 2.2).
 */
function toIpv6Bytes(text: string): Bytes | undefined {
  const halves = text.split('::').map(toGroups);
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2 || halves.includes(undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function toGroups(text: string): Bytes | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes = groups.map((group, index) =>
    index === groups.length - 1 && group.includes('.') ? toIpv4Bytes(group) : toGroupBytes(group),
  );
  return bytes.every((each) => each !== undefined) ? bytes.flat() : undefined;
}

const toGroupBytes = (group: string): Bytes | undefined =>
  /^[\da-f]{1,4}$/i.test(group)
    ? [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]
    : undefined;
