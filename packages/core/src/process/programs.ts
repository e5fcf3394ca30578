import type { Ancestor } from './ancestors.ts'
import { isOne } from './ancestors.ts'

/** Programs that stay when their children end: init systems, service managers, terminals. */
const STAY = new Set(
  'systemd init runit runsvdir runsv s6-svscan s6-supervise openrc-init dinit finit shepherd procd launchd supervisord my_init monit cron crond sshd login tmux screen SCREEN'.split(
    ' ',
  ),
)

/** Programs that end with the process that they have started. */
const END = new Set(
  'tini tini-static docker-init podman-init dumb-init catatonit npm npx pnpm pnpx yarn yarnpkg corepack cross-env cross-env-shell env-cmd dotenv dotenvx doppler infisical tsx sudo su doas runuser gosu timeout time'.split(
    ' ',
  ),
)

/** So do the inits of older versions of Podman, and of Fly.io, which are told by their paths only. */
const CALLED_INIT = new Set(['/dev/init', '/fly/init'])

const SHELLS = new Set('sh bash dash ash zsh ksh mksh'.split(' '))

/** Whether it is known to stay when its children end. */
export const stays = (ancestor: Ancestor): boolean =>
  isShell(ancestor) ? isInteractive(ancestor) : isOne(ancestor, STAY) && !CALLED_INIT.has(ancestor.args[0] ?? '')

/** Whether it is known to end with the process that it has started. */
export const endsWithItsChild = (ancestor: Ancestor): boolean =>
  isShell(ancestor) ? !isInteractive(ancestor) : isOne(ancestor, END)

const isShell = (ancestor: Ancestor): boolean => isOne(ancestor, SHELLS)

/** Whether somebody types into this shell: it runs no command and no script, and stays until it is told to end. */
const isInteractive = ({ args: [, ...args] }: Ancestor): boolean =>
  args.every((arg) => arg.startsWith('-') && !/^-[a-z]*[cs]/.test(arg))
