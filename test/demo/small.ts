/**
 * Arguments of `npm start` for a shop that is there in seconds. Forced, because with so few test cases the gate lets one
 * day's shop through and not the next day's.
 */
export const SMALL = ['--products', '200', '--orders', '3000', '--epochs', '3', '--force'];
