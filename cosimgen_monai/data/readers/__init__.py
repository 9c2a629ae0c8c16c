"""Files as arrays: pictures, masks, volumes, DICOM series."""
