/**
 * The message in the `Cause` of a failed task. Lambda sends JSON with `errorMessage`, and other services plain text.
 */
export function parseTaskError(cause: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(cause ?? '');
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === 'string' ? message : (cause ?? '');
  } catch {
    return cause ?? '';
  }
}
