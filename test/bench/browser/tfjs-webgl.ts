import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import { servePeer } from './serve-peer.ts';
import { tfjsPeer } from './tfjs-model.ts';

export const serve = servePeer(tfjsPeer(() => tf.setBackend('webgl')));
