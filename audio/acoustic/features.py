"""Mel-frequency cepstra exactly as Vosk computes them with our ``conf/mfcc.conf``."""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz
DIMENSION = 40
LOW_HZ, HIGH_HZ = 20.0, 7600.0
LIFTER = 22.0
MFCC_CONF = (
    "--use-energy=false\n--num-mel-bins=40\n--num-ceps=40\n--low-freq=20\n--high-freq=7600\n"
    "--sample-frequency=16000\n--dither=0\n"
)


def mfcc(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Cepstra (frames, 40) of 16 kHz samples in the ±32767 scale; 10 ms a frame, 25 ms windows."""
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = DIMENSION
    options.mel_opts.low_freq = LOW_HZ
    options.mel_opts.high_freq = HIGH_HZ
    options.num_ceps = DIMENSION
    options.use_energy = False
    computer = knf.OnlineMfcc(options)
    computer.accept_waveform(RATE, samples.astype(np.float32).tolist())
    computer.input_finished()
    if computer.num_frames_ready == 0:
        return np.zeros((0, DIMENSION), np.float32)
    return np.stack([computer.get_frame(i) for i in range(computer.num_frames_ready)]).astype(np.float32)
