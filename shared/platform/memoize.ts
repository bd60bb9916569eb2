/**
 * Caches what `make` returns for an object, as long as the object exists. `make` must return equal results for the same
 * object.
 */
export function memoizeByObject<Key extends object, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new WeakMap<Key, { readonly value: Made }>();
  return (key) => {
    const cached = made.get(key);
    if (cached !== undefined) return cached.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}

/** Caches what `make` returns for a string. At most `most` results are kept, the latest ones. */
export function memoizeByString<Made>(most: number, make: (text: string) => Made): (text: string) => Made {
  const made = new Map<string, { readonly value: Made }>();
  return (text) => {
    const cached = made.get(text);
    if (cached !== undefined) return cached.value;
    const value = make(text);
    if (made.size >= most) made.clear();
    made.set(text, { value });
    return value;
  };
}

/**
 * Reads a value at the first call and returns the same value at later calls. If the read failed, the next call repeats
 * it.
 */
export function createReadOnce<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}
