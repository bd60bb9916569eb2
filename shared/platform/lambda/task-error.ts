/** Lambda returns an error as JSON text with `errorMessage`. Other services return plain text. */
export function parseTaskError(cause: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(cause ?? '');
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === 'string' ? message : (cause ?? '');
  } catch {
    return cause ?? '';
  }
}
