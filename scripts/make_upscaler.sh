#!/usr/bin/env bash
# Train the starter's upscaler on the phantom and put it into bundle/models; about ten minutes on two CPU cores.
set -euo pipefail
cd "$(dirname "$0")/.."

python -m monai.bundle run training --config_file bundle/configs/train_upscaler.json --output_dir output/starter_upscaler
cp output/starter_upscaler/upscaler.pt output/starter_upscaler/upscaler.json bundle/models/
python scripts/measure_upscaler.py --upscaler_path bundle/models/upscaler.pt
