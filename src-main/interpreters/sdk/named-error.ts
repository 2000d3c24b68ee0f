/** The class of errors that have this name. */
export const named = (name: string) =>
  class extends Error {
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options)
      this.name = name
    }
  }
