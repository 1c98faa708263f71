/** Reads a whole file, or throws as `readFileSync` does. */
export type ReadFile = (path: string) => Buffer;
