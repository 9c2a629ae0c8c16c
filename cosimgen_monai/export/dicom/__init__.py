"""CT images and their segmentations as DICOM."""
