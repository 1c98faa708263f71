const NOBODY = 65534;

/** Does something as a user whom file permissions bind; root is not bound by them. */
export async function unprivileged<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
