/** A socket's address has room for 104 bytes on macOS and 108 on Linux, the final NUL included. */
export const MAX_SOCKET_PATH_BYTES = 100
