import { ZerodownError } from '../errors.ts'

/**
 * A server was told to listen before it was attached. Where Node looks a host up first, nothing says so until it listens.
 * @param how the end of the sentence "this server"
 */
export const attachedTooLate = (how: string): ZerodownError =>
  new ZerodownError(
    'ERR_ZERODOWN_ALREADY_LISTENING',
    `attach: this server ${how}, so a successor could not adopt its address. Call attach(server) before server.listen(). Where a ` +
      'library makes the server and has it listen, give it one of your own, or run the program with `node --import zerodown/register`.',
  )
