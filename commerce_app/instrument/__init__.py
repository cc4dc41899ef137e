"""What measures requests and databases without their knowing."""
