import type { Attributes, AttributeValue } from '@wgotel/core';

/** The few pieces of the protobuf wire format that OTLP metrics need.
 *  Source: https://protobuf.dev/programming-guides/encoding/ */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

export const varintTag = (field: number): number => (field << 3) | VARINT;
export const fixed64Tag = (field: number): number => (field << 3) | FIXED64;
export const lengthTag = (field: number): number => (field << 3) | LENGTH;

/** A field whose value is a message, a string or bytes. */
export function encodeLengthField(field: number, value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([encodeLengthHead(field, [bytes]), bytes]);
}

/** What goes before a value that is given in pieces. */
export function encodeLengthHead(field: number, pieces: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(lengthTag(field)), encodeVarint(totalLength(pieces))]);
}

export function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.of(...bytes, rest);
}

/** `repeated KeyValue` as field number `field`, without anything around it.
 *  Source: opentelemetry-proto, common/v1/common.proto */
export function encodeAttributes(field: number, attributes: Attributes): Buffer {
  return Buffer.concat(
    Object.entries(attributes).map(([key, value]) =>
      encodeLengthField(field, Buffer.concat([encodeLengthField(1, key), encodeLengthField(2, encodeAnyValue(value))])),
    ),
  );
}

function encodeAnyValue(value: AttributeValue): Buffer {
  return typeof value === 'string' ? encodeLengthField(1, value) : Buffer.of(varintTag(2), Number(value));
}
