#include "CSystem.h"
typedef int placeholder_CSystem;
