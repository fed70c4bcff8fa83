/** Owns what a lab says where something cannot be done now. */

export class Refusal extends Error {
  override readonly name = 'Refusal';
}
