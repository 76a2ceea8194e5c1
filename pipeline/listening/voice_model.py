"""The weights of the ear for voices: which marks speak for a voice, and for a beginning."""

import numpy as np

# Fitted by `python -m tests.voices.fit` on 2000 mixes of its training part (docs/voice-onset.md), by
# logistic regression. Do not change by hand: a column of vocal.marks or voice.evidence that changes needs
# a new fit.
# fmt: off
MARKS = np.array(
    [
        0.8797, 0.9817, 1.055, -4.488, 2.469, -0.7711, -1.979, -1.434, 2.73, -0.3387,
        0.254, -1.294, 1.419, -0.2906, -1.892, -4.603, 5.052, 3.135, 3.149, 2.285,
        2.444, -0.3758, 2.416, 2.36, 0.4082, 0.04614, -3.732, 5.336, 3.418, -10.63,
        -5.645, 7.047, -6.066, 0.3848, -11.83, -7.484, 6.202, -0.5637, -0.7266, -0.1898,
        2.641, -0.9064, 0.4805, 0.6234, -0.2816, -0.929, -0.06529, -0.8588, 1.153, -0.1384,
        0.4662, -2.872, -0.8425, 0.4305, -0.3294, 0.5183, 0.1823, -0.05013, 0.0002203, -0.1563,
        0.1718, -0.3244, -0.5943, 1.154, -0.6599, 6.212, -4.94, -1.409, 2.285, -0.4637,
        -1.317, 0.8913, 0.4255, 1.091, 2.57, 3.194, 0.5057, 0.4769, 1.696, -0.5487,
        -0.0936, 2.437, 19.05, 24.93, -15.46, -0.5309, -22.58, -1.093, -0.04937, 0.2189,
        -0.8507, -0.9086, -0.05459, -0.3688, 1.273, -1.415, 48.65, 1.88,
    ]
)
# fmt: on
BIAS = -2.856
# fmt: off
ONSET = np.array(
    [
        0.88, 0.4143, 0.4218, 0.02138, -0.8978, -0.3048, -0.5038, 1.819, 0.03493, -0.002039,
    ]
)
# fmt: on
# fmt: off
NEVER = np.array(
    [
        2.131, -1.708, -0.1979, 0.4103, -0.3442,
    ]
)
# fmt: on
WARMTH = 1.0  # by which certainty is cooled, from beds and singers left out of the fit
