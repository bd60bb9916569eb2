/** By which URL a suite has loaded this module. */
export const { url } = import.meta;
