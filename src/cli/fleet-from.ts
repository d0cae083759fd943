/** The fleet file that a flag names, or the environment. */
export const fleetFrom = (flag: string | undefined): string | undefined => flag ?? process.env['RACKHAND_FLEET'];
